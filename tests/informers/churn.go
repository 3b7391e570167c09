// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// Churner writes ConfigMaps of one namespace, which nobody else writes, and enters in the ledger what was acknowledged.
type Churner struct {
	client    kubernetes.Interface
	ledger    *Ledger
	namespace string
	chance    *rand.Rand
	live      map[string]string // name to the value of its label "team"
	seq       map[string]int
}

func NewChurner(client kubernetes.Interface, ledger *Ledger, namespace string, seed int64) *Churner {
	return &Churner{client, ledger, namespace, rand.New(rand.NewSource(seed)), map[string]string{}, map[string]int{}}
}

const objectsOfEach = 30

// Run makes `writes` writes.
func (c *Churner) Run(ctx context.Context, writes int) error {
	maps := c.client.CoreV1().ConfigMaps(c.namespace)
	for i := 0; i < writes; i++ {
		name := fmt.Sprintf("churn-%d", c.chance.Intn(objectsOfEach))
		team, isLive := c.live[name]
		var kind string
		var err error
		seq := c.seq[name] + 1
		labels := map[string]string{"team": []string{"red", "blue"}[c.chance.Intn(2)]}
		data := map[string]string{"seq": strconv.Itoa(seq)}
		switch {
		case !isLive:
			kind, team = "ADDED", labels["team"]
			_, err = maps.Create(ctx, &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: name, Labels: labels}, Data: data}, meta.CreateOptions{})
		case c.chance.Intn(6) == 0:
			kind, seq = "DELETED", seq-1
			err = maps.Delete(ctx, name, meta.DeleteOptions{})
		case c.chance.Intn(2) == 0:
			kind, team = "MODIFIED", labels["team"]
			_, err = maps.Update(ctx, &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: name, Labels: labels}, Data: data}, meta.UpdateOptions{})
		default:
			kind, team = "MODIFIED", labels["team"]
			patch := fmt.Sprintf(`{"metadata":{"labels":{"team":%q}},"data":{"seq":"%d"}}`, team, seq)
			_, err = maps.Patch(ctx, name, types.MergePatchType, []byte(patch), meta.PatchOptions{})
		}
		if err != nil {
			return fmt.Errorf("%s %s/%s: %w", kind, c.namespace, name, err)
		}
		if kind == "DELETED" {
			delete(c.live, name)
		} else {
			c.live[name], c.seq[name] = team, seq
		}
		c.ledger.Add(c.namespace+"/"+name, Happening{kind, seq, team})
	}
	return nil
}
